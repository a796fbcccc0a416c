import assert from 'node:assert/strict';

/** An element as a reader sees it. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** All character data in it, but not that of its children. */
  readonly text: string;
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * The one element of a document of XML 1.0. Throws for what is not well-formed; takes no comments, CDATA and
 * DTDs.
 */
export function readXml(text: string): XmlElement {
  assert.doesNotMatch(
    text,
    /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u,
    'a forbidden character',
  );
  const scanner = new Scanner(text.replace(/\r\n?/g, '\n'));
  scanner.take(/<\?xml version="1\.0" encoding="UTF-8"\?>\s*/y);
  const root = scanner.element();
  scanner.take(/\s*$/y);
  return root;
}

class Scanner {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** What matches here, or undefined. */
  try(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#position;
    const found = pattern.exec(this.#text) ?? undefined;
    if (found) this.#position += found[0].length;
    return found;
  }

  take(pattern: RegExp): RegExpExecArray {
    const found = this.try(pattern);
    assert.ok(
      found,
      `expected ${pattern} at ${JSON.stringify(this.#text.slice(this.#position).slice(0, 60))}`,
    );
    return found;
  }

  element(): XmlElement {
    const name = this.take(/<([a-z-]+)/y)[1] ?? '';
    const attributes: Record<string, string> = {};
    for (let found = this.#attribute(); found; found = this.#attribute()) {
      const [, key = '', value = ''] = found;
      assert.ok(!Object.hasOwn(attributes, key), `attribute ${key} twice`);
      attributes[key] = decoded(value.replace(/[\t\n]/g, ' '));
    }
    if (this.take(/\s*(\/?)>/y)[1] === '/') return { name, attributes, children: [], text: '' };
    const children: XmlElement[] = [];
    let text = '';
    while (!this.try(/<\/(?=[a-z-])/y)) {
      const characters = this.try(/[^<]+/y);
      if (characters) {
        assert.ok(!characters[0].includes(']]>'), ']]> in text');
        text += decoded(characters[0]);
      } else children.push(this.element());
    }
    assert.equal(this.take(/([a-z-]+)\s*>/y)[1], name);
    return { name, attributes, children, text };
  }

  #attribute() {
    return this.try(/\s+([a-z-]+)\s*=\s*"([^"<]*)"/y);
  }
}

function decoded(text: string): string {
  return text.replace(/&([^;&]*)(;?)/g, (reference, name: string, end: string) => {
    const code = /^#(\d+)$/.exec(name)?.[1];
    const character = code === undefined ? entities[name] : String.fromCodePoint(Number(code));
    assert.ok(character !== undefined && end === ';', `reference ${reference}`);
    return character;
  });
}
