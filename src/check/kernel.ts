/** A kernel's release, as far as it is compared: `5.14` of `5.14.0-427.el9.x86_64`. */
export interface Kernel {
  readonly release: string
  readonly major: number
  readonly minor: number
}

/** Undefined for a text that names none. */
export function kernelOf(release: string): Kernel | undefined {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(release) ?? []
  return major === undefined || minor === undefined
    ? undefined
    : { release, major: Number(major), minor: Number(minor) }
}

export const isOlder = (kernel: Kernel, major: number, minor: number): boolean =>
  kernel.major < major || (kernel.major === major && kernel.minor < minor)

/** Why a check of the kernel's release could not look. */
export const noKernel = "the kernel's release is in no list of Nodes and in no file of the node"
