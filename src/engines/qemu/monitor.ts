/** QEMU's monitor, as the code that observes a machine sees it. Commands are answered in order. */
export interface Monitor {
  /**
   * One QMP command; answers its `return` value.
   * @throws MonitorError when QEMU refuses the command, or is gone before it answered.
   */
  execute(command: string, args?: object): Promise<unknown>
  /** One line for the human monitor; answers what it printed, with LF line ends. */
  human(line: string): Promise<string>
}

/** QEMU refused a command, or is gone (`className` is then `Disconnected`). */
export class MonitorError extends Error {
  override readonly name = 'MonitorError'
  readonly className: string

  constructor(className: string, description: string) {
    super(description)
    this.className = className
  }
}

/** Whether `error` says that QEMU is gone, as opposed to a command that it refused. */
export function isQemuGone(error: unknown): boolean {
  return error instanceof MonitorError && error.className === 'Disconnected'
}
