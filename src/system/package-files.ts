/** Whether the sources run, not what the build made of them. */
export const isSource = import.meta.url.endsWith('.ts');

/** A file of this package, by its path from the package's folder. The build keeps this module as deep as it is here. */
export function packageFile(path: string): URL {
  return new URL(`../../${path}`, import.meta.url);
}

/** A module of src that is started or imported by its path, as `runner/worker`. The build has a list of them. */
export function ownModule(name: string): URL {
  return new URL(`../${name}${isSource ? '.ts' : '.js'}`, import.meta.url);
}
