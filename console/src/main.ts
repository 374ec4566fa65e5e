import '@fontsource-variable/inter/wght.css'
import '@/design/tokens.css'
import '@/design/base.css'

import { createApp } from 'vue'

import App from '@/app/App.vue'
import { restoreLocale } from '@/i18n/locale'

void restoreLocale().finally(() => createApp(App).mount('#app'))
