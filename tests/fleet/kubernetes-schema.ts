import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A compiled JSON schema, as ajv makes it. */
type Validate = ((data: unknown) => boolean) & {
  errors?: readonly { instancePath: string; keyword: string }[] | null;
};

const require = createRequire(import.meta.url);
// The package exports classes that copy what they are given; the schemas themselves lie beside them.
const folder = dirname(require.resolve('kubernetes-models'));

/**
 * What is wrong with a Kubernetes object by its published schema, as `/spec/parallelism: type`; empty =
 * nothing. Fields that the schema does not know are wrong too, as they are to a server that is asked for
 * `--validate=strict`.
 */
export function problemsOf(data: unknown, schema: string): string[] {
  const { validate } = require(join(folder, '_schemas', `${schema}.js`)) as { validate: Validate };
  const read = new Set<string>();
  const isValid = validate(watched(data, '', read));
  const wrong = isValid ? [] : (validate.errors ?? []).map((each) => `${each.instancePath}: ${each.keyword}`);
  const unknown = pathsOf(data, '').filter((path) => !read.has(path));
  return [...wrong, ...unknown.map((path) => `${path}: unknown field`)];
}

/**
 * The data, which note in `read` what is looked at: published schemas allow fields that they do not know, but
 * never look at them.
 */
function watched(value: unknown, path: string, read: Set<string>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return new Proxy(value, {
    get(target, key) {
      const below = `${path}/${String(key)}`;
      read.add(below);
      return watched(Reflect.get(target, key), below, read);
    },
    ownKeys(target) {
      for (const key of Object.keys(target)) read.add(`${path}/${key}`);
      return Reflect.ownKeys(target);
    },
  });
}

/** The paths of all fields and items. */
function pathsOf(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, below]) => [
    `${path}/${key}`,
    ...pathsOf(below, `${path}/${key}`),
  ]);
}
