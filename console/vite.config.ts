import { fileURLToPath } from 'node:url'

import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

/** Where `npm run dev` finds the hub (or the mock). */
const hub = process.env.HUB_URL ?? 'http://127.0.0.1:8765'

export default defineConfig({
  plugins: [vue()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    target: ['chrome123', 'edge123', 'firefox121', 'safari17.5'],
    // The content security policy allows no inline script and no data: font.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    assetsDir: 'assets',
  },
  server: { proxy: { '/api': { target: hub, ws: true } } },
  test: { environment: 'node', include: ['tests/**/*.test.ts'] },
})
