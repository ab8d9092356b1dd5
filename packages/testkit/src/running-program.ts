/**
 * A program in a process of its own: what it prints, line by line, and how it ends.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A program under way. */
export interface RunningProgram {
  /** What it has printed so far. */
  readonly lines: readonly string[]
  /** Waits until it has printed so many lines; rejects when it ends before. */
  printed(count: number): Promise<void>
  /** Its exit code, when it has ended by itself, and all has been read that it printed. */
  readonly ended: Promise<number | null>
  /** Ends it. */
  stop(): Promise<void>
}

/** Starts a program with these variables beside those of this process. */
export function runProgram(url: URL, variables: Readonly<Record<string, string>>, args: readonly string[] = []): RunningProgram {
  const child = spawn(process.execPath, [fileURLToPath(url), ...args], {
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  const waiting = new Set<() => void>()
  const reader = createInterface({ input: child.stdout })
  reader.on('line', (line) => {
    lines.push(line)
    for (const look of waiting) look()
  })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  return {
    lines,
    ended,
    printed: (count) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (lines.length < count) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
        void ended.then(() => {
          reject(new Error(`${url.pathname} ended after ${lines.length} lines of ${count}`))
        })
      }),
    async stop() {
      child.kill()
      await ended
    },
  }
}
