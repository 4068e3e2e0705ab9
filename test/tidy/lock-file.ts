/** What `package-lock.json` says of one installed package. */
interface LockedPackage {
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/**
 * Binaries for other platforms that a package names but the lock file does not: `npm ci` refuses such a file.
 * npm leaves them out where its registry does not have them.
 */
export function missingPlatforms(packages: Readonly<Record<string, LockedPackage>>): string[] {
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter(
        (name) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages),
      )
      .map((name) => `${path} names ${name}, which the lock file lacks`),
  )
}
