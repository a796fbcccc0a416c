import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CodeBuffer, type Patch } from '../../src/assembler/code-buffer.ts';

const distance: Patch = (code, target, at) => code.setInt32(at, target - at, true);

test('numbers are little-endian', () => {
  const code = new CodeBuffer();
  code.emit8(0x101);
  code.emit8(-1);
  code.emit32(0x12345678);
  code.emit32(-2);
  code.emit64(0x0102030405060708n);
  code.emit64(-1n);
  const expected = '01ff' + '78563412' + 'feffffff' + '0807060504030201' + 'ffffffffffffffff';
  assert.equal(Buffer.from(code.finish()).toString('hex'), expected);
});

test('the buffer grows and keeps what it has', () => {
  const code = new CodeBuffer();
  const expected = Array.from({ length: 5000 }, (_, i) => i % 251);
  code.emitBytes(expected);
  assert.equal(code.length, 5000);
  assert.deepEqual([...code.finish()], expected);
});

test('references are resolved forward and backward', () => {
  const code = new CodeBuffer();
  const [start, end] = [code.label(), code.label()];
  code.bind(start);
  code.reference(end, distance);
  code.emit32(0);
  code.reference(start, distance);
  code.emit32(0);
  code.bind(end);
  assert.equal(code.offsetOf(end), 8);
  assert.equal(Buffer.from(code.finish()).toString('hex'), '08000000' + 'fcffffff');
});

test('finish() returns a copy and can be called again', () => {
  const code = new CodeBuffer();
  code.emit8(1);
  const first = code.finish();
  code.emit8(2);
  assert.deepEqual([...first], [1]);
  assert.deepEqual([...code.finish()], [1, 2]);
});

test('a label that is used must be bound', () => {
  const code = new CodeBuffer();
  code.reference(code.label('the loop'), distance);
  code.emit32(0);
  assert.throws(() => code.finish(), { message: 'the loop used but never bound' });
});

test('an unused label need not be bound', () => {
  const code = new CodeBuffer();
  code.label();
  assert.equal(code.finish().length, 0);
});

test('a label of another buffer is not bound here', () => {
  const [code, other] = [new CodeBuffer(), new CodeBuffer()];
  const label = other.label();
  other.bind(label);
  code.reference(label, distance);
  code.emit32(0);
  assert.throws(() => code.finish(), { message: 'label used but never bound' });
});

test('a label is bound once', () => {
  const code = new CodeBuffer();
  const label = code.label('start');
  code.bind(label);
  assert.throws(() => code.bind(label), { message: 'start bound twice' });
});

test('finish() passes on that a distance is out of range', () => {
  const code = new CodeBuffer();
  const label = code.label();
  code.bind(label);
  code.reference(label, () => {
    throw new RangeError('too far');
  });
  assert.throws(() => code.finish(), { name: 'RangeError', message: 'too far' });
});
