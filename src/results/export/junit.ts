import type { CaseResult, MeasuredCase, ResultDocument } from '../document.ts';
import { countOf, faultsOf, formatConfidence, formatInterval, samplesOf } from './common.ts';
import type { Exporter, GateOutcome } from './exporter.ts';

/**
 * Everything that XML 1.0 has no place for, not even as a reference (https://www.w3.org/TR/xml, production 2,
 * Char).
 */
const forbidden = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  // A reader would make spaces of them in attributes, and \n of \r anywhere.
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** An element whose content are other elements, one below the other. */
function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  children: readonly string[] = [],
): string {
  const start = `${name}${Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${escapeXml(String(value))}"`)
    .join('')}`;
  if (children.length === 0) return `<${start}/>`;
  const lines = children.flatMap((child) => child.split('\n').map((line) => `  ${line}`));
  return [`<${start}>`, ...lines, `</${name}>`].join('\n');
}

/** An element whose content is text. */
function textElement(name: string, text: string): string {
  return `<${name}>${escapeXml(text)}</${name}>`;
}

/** Text as it may stand in an attribute and between tags, on one line. */
function escapeXml(text: string): string {
  return text.replace(forbidden, '').replace(/[&<>"'\t\n\r]/g, (character) => references[character] ?? '');
}

/**
 * JUnit XML as CI servers read it: the elements and attributes of Jenkins' schema (jenkinsci/xunit-plugin,
 * junit-10.xsd). A case passes if it was measured, a gate if it holds; what cannot be told is skipped. There
 * are no times: readers would take an iteration's for the test's.
 */
export const junit: Exporter = {
  name: 'junit',
  summary: 'JUnit XML, a test case for every case and every gate',
  kind: 'file',
  export: (document, gates = []) => [
    { path: '', text: `<?xml version="1.0" encoding="UTF-8"?>\n${suiteOf(document, gates)}\n` },
  ],
};

function suiteOf(document: ResultDocument, gates: readonly GateOutcome[]): string {
  const { cases, host, createdAt } = document;
  const casesThat = (status: CaseResult['status']) => cases.filter((each) => each.status === status).length;
  const gatesThat = (outcome: GateOutcome['outcome']) =>
    gates.filter((gate) => gate.outcome === outcome).length;
  const attributes = {
    name: 'mapbench',
    tests: cases.length + gates.length,
    failures: casesThat('failed') + gatesThat('fails'),
    errors: 0,
    skipped: casesThat('unavailable') + gatesThat('undecided'),
    // The format has no time zones.
    timestamp: createdAt.slice(0, 'yyyy-mm-ddThh:mm:ss'.length),
    ...(host.hostname !== undefined && { hostname: host.hostname }),
  };
  return element('testsuite', attributes, [
    propertiesOf(document),
    ...cases.map(testOfCase),
    ...gates.map(testOfGate),
  ]);
}

function propertiesOf({ host, tool }: ResultDocument): string {
  const { cpu, architecture, kernel, virtualisation } = host;
  const measuredBy = `${tool.name ?? 'mapbench'} ${tool.version}`;
  const facts = { tool: measuredBy, cpu, architecture, kernel, virtualisation };
  const properties = Object.entries(facts).flatMap(([name, value]) =>
    value === null ? [] : element('property', { name, value }),
  );
  return element('properties', {}, properties);
}

function testOfCase(result: CaseResult): string {
  const attributes = { classname: 'mapbench.case', name: result.id };
  switch (result.status) {
    case 'measured':
      return element('testcase', attributes, [textElement('system-out', figuresOf(result))]);
    case 'unavailable':
      return element('testcase', attributes, [element('skipped', { message: result.reason })]);
    case 'failed':
      return element('testcase', attributes, [element('failure', { type: 'case', message: result.reason })]);
  }
}

/** `[116.4 117.5 119.0] ns/iteration (95 % interval), 2 forks, 3 samples, 0.00 faults/iteration`. */
function figuresOf(measured: MeasuredCase): string {
  const { confidence } = measured.estimate;
  const samples = samplesOf(measured).length;
  const faults = faultsOf(measured);
  return [
    `${formatInterval(measured.estimate)}/iteration${confidence === null ? '' : ` (${formatConfidence(confidence)} interval)`}`,
    ...(samples === 0 ? [] : [countOf(measured.forks.length, 'fork'), countOf(samples, 'sample')]),
    ...(faults === undefined ? [] : [`${faults.toFixed(2)} faults/iteration`]),
  ].join(', ');
}

function testOfGate({ name, outcome, evidence }: GateOutcome): string {
  const attributes = { classname: 'mapbench.gate', name };
  switch (outcome) {
    case 'holds':
      return element('testcase', attributes, [textElement('system-out', evidence)]);
    case 'undecided':
      return element('testcase', attributes, [element('skipped', { message: `undecided: ${evidence}` })]);
    case 'fails':
      return element('testcase', attributes, [element('failure', { type: 'gate', message: evidence })]);
  }
}
