import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { junit } from '../../src/results/export/junit.ts';
import { article, gates, mixed, textOf } from './documents.ts';
import { hostileDocument, hostileGates } from './hostile.ts';
import { readXml, type XmlElement } from './xml-reader.ts';

/**
 * Of Jenkins' schema (jenkinsci/xunit-plugin, junit-10.xsd) what we use: children and attributes, `!` =
 * required.
 */
const schema: Record<string, { children: string[]; attributes: string[] }> = {
  testsuite: {
    children: ['properties', 'testcase'],
    attributes: ['name!', 'tests!', 'failures!', 'errors!', 'skipped', 'timestamp', 'hostname'],
  },
  properties: { children: ['property'], attributes: [] },
  property: { children: [], attributes: ['name!', 'value!'] },
  testcase: { children: ['skipped', 'failure', 'system-out'], attributes: ['name!', 'classname', 'time'] },
  skipped: { children: [], attributes: ['type', 'message'] },
  failure: { children: [], attributes: ['type', 'message'] },
  'system-out': { children: [], attributes: [] },
};

function checkSchema({ name, attributes, children, text }: XmlElement): void {
  const allowed = schema[name];
  assert.ok(allowed, `element ${name}`);
  const known = allowed.attributes.map((attribute) => attribute.replace('!', ''));
  for (const attribute of Object.keys(attributes))
    assert.ok(known.includes(attribute), `${name} ${attribute}`);
  for (const attribute of allowed.attributes.filter((each) => each.endsWith('!'))) {
    assert.ok(attribute.slice(0, -1) in attributes, `${name} without ${attribute}`);
  }
  if (name !== 'system-out') assert.equal(text.trim(), '');
  for (const child of children) {
    assert.ok(allowed.children.includes(child.name), `${child.name} in ${name}`);
    checkSchema(child);
  }
}

test('a test case for every case', () => {
  const expected = `<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="mapbench" tests="4" failures="1" errors="0" skipped="1" timestamp="2026-11-22T19:30:00">
  <properties>
    <property name="tool" value="mapbench 0.1.0"/>
    <property name="cpu" value="Intel(R) Xeon(R) Processor"/>
    <property name="architecture" value="x64"/>
    <property name="kernel" value="6.18.44"/>
    <property name="virtualisation" value="Firecracker"/>
  </properties>
  <testcase classname="mapbench.case" name="memfd/pages=4">
    <system-out>[80.00 100.0 125.0] ns/iteration (95 % interval), 2 forks, 3 samples, 0.00 faults/iteration</system-out>
  </testcase>
  <testcase classname="mapbench.case" name="reuse_lock/pages=4">
    <system-out>[3.100 3.412 3.598] µs/iteration (95 % interval), 2 forks, 3 samples, 4.00 faults/iteration</system-out>
  </testcase>
  <testcase classname="mapbench.case" name="hugetlb/pages=4">
    <skipped message="mmap: ENOMEM in step 1"/>
  </testcase>
  <testcase classname="mapbench.case" name="reuse/pages=4">
    <failure type="case" message="killed by SIGSEGV"/>
  </testcase>
</testsuite>
`;
  assert.equal(textOf(junit, mixed), expected);
});

test('a test case for every gate, and they count', () => {
  const suite = readXml(textOf(junit, { ...mixed, cases: [] }, gates));
  const { tests, failures, skipped } = suite.attributes;
  assert.deepEqual({ tests, failures, skipped }, { tests: '3', failures: '1', skipped: '1' });
  const outcomes = suite.children.slice(1).map(({ attributes, children: [outcome] }) => ({
    ...attributes,
    [outcome?.name ?? '']: outcome?.attributes.message ?? outcome?.text,
  }));
  const classname = 'mapbench.gate';
  assert.deepEqual(outcomes, [
    { classname, name: 'memfd < reuse_lock', 'system-out': '125.0 ns < 3.100 µs' },
    { classname, name: 'memfd < 90 ns', skipped: 'undecided: 80.0-125.0 ns' },
    { classname, name: 'faults(reuse_lock) == 0', failure: 'it is 4.00' },
  ]);
});

test('estimates alone are told as they are', () => {
  const { attributes, children } = readXml(textOf(junit, article));
  assert.equal(attributes.tests, '7');
  assert.equal(children[1]?.children[0]?.text, '4.600 µs/iteration');
});

/** Text as XML can hold it. */
const holdable = (text: string) =>
  text.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '');

test('whatever the names are, the file is well-formed, of the schema, and tells them', () => {
  fc.assert(
    fc.property(hostileDocument, hostileGates, (document, outcomes) => {
      const suite = readXml(textOf(junit, document, outcomes));
      checkSchema(suite);
      const [, ...tests] = suite.children;
      assert.deepEqual(
        tests.map(({ attributes }) => attributes.name),
        [...document.cases.map(({ id }) => id), ...outcomes.map(({ name }) => name)].map(holdable),
      );
      const count = (name: string) => tests.filter(({ children }) => children[0]?.name === name).length;
      assert.equal(suite.attributes.tests, `${tests.length}`);
      assert.equal(suite.attributes.failures, `${count('failure')}`);
      assert.equal(suite.attributes.skipped, `${count('skipped')}`);
      const messages = tests.flatMap(({ children: [outcome] }) => outcome?.attributes.message ?? []);
      const reasons = document.cases.flatMap((each) => (each.status === 'measured' ? [] : each.reason));
      assert.deepEqual(messages.slice(0, reasons.length), reasons.map(holdable));
    }),
  );
});
