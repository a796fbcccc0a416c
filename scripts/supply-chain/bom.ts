/** What is used here of a software bill of materials in CycloneDX. */
export interface Bom {
  readonly bomFormat: string;
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

export interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses?: readonly {
    readonly license?: { readonly id?: string; readonly name?: string };
    readonly expression?: string;
  }[];
}

/** A bill of all packages, cut down to those that are shipped: installed by users, or in dist. */
export function shippedOf(all: Bom, installed: Bom, bundled: readonly string[]): Bom {
  const refs = new Set([...installed.components.map((each) => each['bom-ref']), ...bundled]);
  const missing = bundled.filter((ref) => !all.components.some((each) => each['bom-ref'] === ref));
  if (missing.length > 0) throw new Error(`npm sbom does not know ${missing.join(', ')}`);
  const dependencies = all.dependencies
    .filter(({ ref }) => refs.has(ref) || ref.startsWith('mapbench@'))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((each) => refs.has(each)) }));
  return { ...all, components: all.components.filter((each) => refs.has(each['bom-ref'])), dependencies };
}

/** The licence of a component as SPDX says it; undefined where it names none. */
export function licenceOf({ licenses = [] }: Component): string | undefined {
  const [first] = licenses;
  return first?.expression ?? first?.license?.id ?? first?.license?.name;
}
