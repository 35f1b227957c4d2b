/**
 * Small shells that outlive us for a moment. Each waits on a pipe that only we hold open: when we
 * are gone, by whatever signal, it ends what we had started. Must never end anything else.
 */
import { spawn, spawnSync } from 'node:child_process'

/** Ends a process group. */
const groupScript = 'read -r word; [ "$word" = released ] || kill -9 "-$1" 2>/dev/null'

/**
 * Ends the processes that left their ids in a control plane's directory, kube-apiserver before
 * etcd, and removes the directory, and the kubeconfig outside of it if that is still ours.
 * A process counts as ours only if its command line names the directory, whose name is unique.
 */
const directoryScript = `
directory=$1 outside=$2
read -r word
cd / || exit
for program in kube-controller-manager kube-apiserver etcd; do
  pid=$(cat "$directory/$program.pid" 2>/dev/null) || continue
  { tr '\\0' ' ' < "/proc/$pid/cmdline" || ps -o command= -p "$pid"; } 2>/dev/null |
    grep -qF -- "$directory/" && kill -9 "$pid"
done
[ -n "$outside" ] && [ -f "$directory/kubeconfig" ] &&
  [ "$(cat "$outside")" = "$(cat "$directory/kubeconfig")" ] && rm -f "$outside"
rm -rf "$directory" || { sleep 1; rm -rf "$directory"; }
`

/** Lets the guard go: what it guards has ended by itself. */
export type Release = () => void

function guard(script: string, args: readonly string[]): Release {
  const shell = spawn('/bin/sh', ['-c', script, 'guard', ...args], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  shell.on('error', () => undefined)
  shell.stdin.on('error', () => undefined)
  shell.unref()
  return () => void shell.stdin.end('released\n')
}

/** Ends the process group once we are gone. */
export function guardGroup(group: number | undefined): Release {
  return group === undefined ? () => undefined : guard(groupScript, [String(group)])
}

/**
 * Clears a control plane up once we are gone.
 * @param outside the kubeconfig outside the directory; '' if there is none
 */
export function guardDirectory(directory: string, outside: string): Release {
  return guard(directoryScript, [directory, outside])
}

/** Clears a control plane up now, whose owner is gone and whose guard is, too. */
export function clearDirectory(directory: string, outside: string): void {
  spawnSync('/bin/sh', ['-c', directoryScript, 'clear', directory, outside], { stdio: 'ignore' })
}
