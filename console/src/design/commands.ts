import { onScopeDispose } from 'vue'

import type { Command } from '@/models/keys'

const handlers = new Map<Command, Set<() => void>>()

/** Hears a keyboard command for as long as the component lives. */
export function onCommand(command: Command, run: () => void): void {
  const heard = handlers.get(command) ?? new Set()
  handlers.set(command, heard.add(run))
  onScopeDispose(() => heard.delete(run))
}

/** Tells everybody who hears it. */
export function issue(command: Command): void {
  for (const run of handlers.get(command) ?? []) run()
}
