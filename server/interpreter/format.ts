import type { Language } from '../syntax/ast.ts';
import { numberOf } from './read.ts';
import { string, unknown, type Value } from './values.ts';

/** `str(value)` of Python, `String(value)` of JavaScript; `null` where the value is not known. */
export function formatValue(value: Value, language: Language): string | null {
  switch (value.type) {
    case 'string':
      return value.value;
    case 'list':
    case 'tuple':
      return language === 'python' ? represent(value) : joinItems(value.items, language);
    default:
      return language === 'python' ? represent(value) : plainJavascript(value);
  }
}

function plainJavascript(value: Value): string | null {
  switch (value.type) {
    case 'number':
      return String(value.value);
    case 'boolean':
      return String(value.value);
    case 'none':
      return 'undefined';
    case 'dict':
      return '[object Object]';
    default:
      return null;
  }
}

function joinItems(items: readonly Value[], language: Language): string | null {
  // Arrays within arrays are rare in text, and may go in circles.
  if (items.some((item) => item.type === 'list')) return null;
  const parts = items.map((item) => formatValue(item, language));
  return parts.includes(null) ? null : parts.join(',');
}

/** Python's `repr(value)`. */
export function represent(value: Value): string | null {
  return describe(value, { left: maxParts });
}

/** Lists inside of lists may share their parts so that writing them out never ends. */
const maxParts = 1500;

interface Effort {
  left: number;
}

function describe(value: Value, effort: Effort): string | null {
  if (--effort.left < 0) return null;
  switch (value.type) {
    case 'string':
      return quote(value.value);
    case 'number':
      return value.isFloat ? floatText(value.value) : integerText(value.value);
    case 'boolean':
      return value.value ? 'True' : 'False';
    case 'none':
      return 'None';
    case 'ellipsis':
      return 'Ellipsis';
    case 'list':
      return value.open ? null : enclose('[', value.items, ']', effort);
    case 'set':
      return value.items.length === 0 ? 'set()' : enclose('{', value.items, '}', effort);
    case 'tuple':
      return value.items.length === 1
        ? enclose('(', value.items, ',)', effort)
        : enclose('(', value.items, ')', effort);
    case 'dict': {
      if (value.open) return null;
      const parts = [...value.entries.values()].map((entry) => {
        const key = describe(entry.key, effort);
        const item = describe(entry.value, effort);
        return key === null || item === null ? null : `${key}: ${item}`;
      });
      return parts.includes(null) ? null : `{${parts.join(', ')}}`;
    }
    case 'range':
      return value.step === 1
        ? `range(${value.start}, ${value.stop})`
        : `range(${value.start}, ${value.stop}, ${value.step})`;
    case 'class':
      return `<class '${value.native?.name ?? (value.module === null ? '' : `${value.module}.`) + value.name}'>`;
    default:
      return null;
  }
}

function enclose(open: string, items: readonly Value[], close: string, effort: Effort): string | null {
  const parts = items.map((item) => describe(item, effort));
  return parts.includes(null) ? null : `${open}${parts.join(', ')}${close}`;
}

function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\r', '\\r');
  return mark + (mark === "'" ? escaped.replaceAll("'", "\\'") : escaped) + mark;
}

function integerText(value: number): string {
  return Number.isSafeInteger(value) || !Number.isFinite(value) ? String(value) : BigInt(value).toString();
}

/** Python writes floats with a point or an exponent of two digits: `1.0`, `1e-05`, `1e+16`. */
function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.0';
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e16)) {
    const [digits = '', exponent = ''] = value.toExponential().split('e');
    const sign = exponent.startsWith('-') ? '-' : '+';
    return `${digits}e${sign}${exponent.replace(/^[-+]/, '').padStart(2, '0')}`;
  }
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** `format(value, spec)`: fill, alignment, sign, width, precision and type; `null` where the value is not known. */
export function formatSpec(value: Value, spec: string): string | null {
  const match = /^(?:(.)?([<>=^]))?([-+ ])?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/s.exec(spec);
  if (match === null) return null;
  const [, fill, align, sign = '-', , zero, width = '0', grouping, precision, type] = match;
  const numeric = numberOf(value);
  const isNumber = value.type === 'number' || (value.type === 'boolean' && type !== undefined && type !== 's');
  const body =
    isNumber && numeric !== null
      ? formatNumber(value, Math.abs(numeric), precision, type, grouping)
      : formatValue(value, 'python');
  if (body === null) return null;
  const text = isNumber || precision === undefined ? body : body.slice(0, Number(precision));
  const isNegative = isNumber && numeric !== null && (numeric < 0 || Object.is(numeric, -0));
  const prefix = isNegative ? '-' : isNumber && sign !== '-' ? sign : '';
  const padding = Math.max(0, Math.min(Number(width), 1000) - prefix.length - text.length);
  const filler = (fill ?? (zero === undefined ? ' ' : '0')).repeat(padding);
  switch (align ?? (zero !== undefined && isNumber ? '=' : isNumber ? '>' : '<')) {
    case '=':
      return prefix + filler + text;
    case '>':
      return filler + prefix + text;
    case '^':
      return filler.slice(0, padding >> 1) + prefix + text + filler.slice(padding >> 1);
    default:
      return prefix + text + filler;
  }
}

function formatNumber(
  value: Value,
  magnitude: number,
  precision: string | undefined,
  type: string | undefined,
  grouping: string | undefined,
): string | null {
  const digits = precision === undefined ? 6 : Math.min(100, Number(precision));
  const text = plainNumber(value, magnitude, precision, type, digits);
  if (text === null || grouping === undefined) return text;
  const [whole = '', ...rest] = text.split('.');
  return [whole.replace(/\B(?=(\d{3})+(?!\d))/g, grouping), ...rest].join('.');
}

function plainNumber(
  value: Value,
  magnitude: number,
  precision: string | undefined,
  type: string | undefined,
  digits: number,
): string | null {
  switch (type) {
    case undefined:
      if (precision !== undefined) return general(magnitude, digits);
      return value.type === 'number' && value.isFloat ? floatText(magnitude) : integerText(magnitude);
    case 'd':
    case 'n':
      return integerText(magnitude);
    case 'f':
    case 'F':
      return magnitude.toFixed(digits);
    case 'e':
    case 'E': {
      const text = magnitude.toExponential(digits).replace(/e([-+])(\d)$/, 'e$10$2');
      return type === 'E' ? text.toUpperCase() : text;
    }
    case 'g':
    case 'G':
      return general(magnitude, Math.max(1, digits));
    case '%':
      return `${(magnitude * 100).toFixed(digits)}%`;
    case 'x':
      return magnitude.toString(16);
    case 'X':
      return magnitude.toString(16).toUpperCase();
    case 'b':
      return magnitude.toString(2);
    case 'o':
      return magnitude.toString(8);
    default:
      return null;
  }
}

/** `%g`: significant digits, without the zeros at the end. */
function general(magnitude: number, digits: number): string {
  if (magnitude === 0) return '0';
  const exponent = Number(magnitude.toExponential(digits - 1).split('e')[1]);
  if (exponent < -4 || exponent >= digits) {
    const [mantissa = '', power = ''] = magnitude.toExponential(digits - 1).split('e');
    const sign = power.startsWith('-') ? '-' : '+';
    return `${trimZeros(mantissa)}e${sign}${power.replace(/^[-+]/, '').padStart(2, '0')}`;
  }
  return trimZeros(magnitude.toFixed(digits - 1 - exponent));
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** `'%s-%02d' % (name, index)`. */
export function formatPercent(format: string, given: Value): Value {
  const values = given.type === 'tuple' ? given.items : [given];
  let next = 0;
  let known = true;
  const text = format.replace(/%(?:\((\w+)\))?([-+ 0#]*)(\d+)?(?:\.(\d+))?([diouxXeEfFgGcrsa%])/g, (...groups) => {
    const [, name, flags = '', width = '', precision, type = 's'] = groups as (string | undefined)[];
    if (type === '%') return '%';
    const value =
      name === undefined ? values[next++] : given.type === 'dict' ? given.entries.get(`s${name}`)?.value : undefined;
    if (value === undefined) {
      known = false;
      return '';
    }
    const isText = type === 's' || type === 'r' || type === 'a';
    const align = flags.includes('-') ? '<' : isText ? '>' : flags.includes('0') ? '0' : '>';
    const sign = flags.includes('+') ? '+' : '';
    const shown = type === 'r' ? stringOrNull(represent(value)) : value;
    const code = isText ? '' : type === 'i' || type === 'u' ? 'd' : type;
    const truncated = code === 'd' && shown?.type === 'number' ? { ...shown, value: Math.trunc(shown.value) } : shown;
    const spec = `${align === '0' ? '' : align}${sign}${align === '0' ? '0' : ''}${width}${precision === undefined ? '' : `.${precision}`}${code}`;
    const piece =
      truncated === null
        ? null
        : formatSpec(isText ? (stringOrNull(formatValue(truncated, 'python')) ?? truncated) : truncated, spec);
    if (piece === null) known = false;
    return piece ?? '';
  });
  return known ? string(text) : unknown('text');
}

function stringOrNull(text: string | null): Value | null {
  return text === null ? null : string(text);
}
