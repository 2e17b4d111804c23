/** Says what is wrong with a value, or `null`: path-less, the caller knows where it looked. */
export type Check = (value: unknown) => string | null;

export const text: Check = (value) => (typeof value === 'string' ? null : 'expected a string');
export const flag: Check = (value) => (typeof value === 'boolean' ? null : 'expected a boolean');
export const number: Check = (value) =>
  typeof value === 'number' && Number.isFinite(value) ? null : 'expected a finite number';
export const integer: Check = (value) => (Number.isInteger(value) ? null : 'expected an integer');
export const count: Check = (value) =>
  Number.isInteger(value) && (value as number) >= 0 ? null : 'expected a whole number';
/** A number, the name of a symbolic size, or `null`. */
export const dim: Check = (value) =>
  value === null || typeof value === 'string' || count(value) === null ? null : 'expected a dimension';

export function nullable(check: Check): Check {
  return (value) => (value === null ? null : check(value));
}

export function optional(check: Check): Check {
  return (value) => (value === undefined ? null : check(value));
}

export function oneOf(values: readonly unknown[]): Check {
  return (value) => (values.includes(value) ? null : `expected one of ${values.join(', ')}`);
}

export function either(...checks: readonly Check[]): Check {
  return (value) => {
    const problems = checks.map((check) => check(value));
    return problems.includes(null) ? null : problems.join(' or ');
  };
}

export function listOf(check: Check): Check {
  return (value) => {
    if (!Array.isArray(value)) return 'expected a list';
    for (let i = 0; i < value.length; i++) {
      const problem = check(value[i]);
      if (problem !== null) return `[${i}]: ${problem}`;
    }
    return null;
  };
}

export function pairOf(check: Check): Check {
  return (value) => (Array.isArray(value) && value.length === 2 ? listOf(check)(value) : 'expected a pair');
}

/** String keys to values that pass the check. */
export function recordOf(check: Check): Check {
  return (value) => {
    if (!isObject(value)) return 'expected an object';
    for (const [key, entry] of Object.entries(value)) {
      const problem = check(entry);
      if (problem !== null) return `${key}: ${problem}`;
    }
    return null;
  };
}

/** An object with these fields; others may be there too. */
export function fields(checks: Readonly<Record<string, Check>>): Check {
  const entries = Object.entries(checks);
  return (value) => {
    if (!isObject(value)) return 'expected an object';
    for (const [key, check] of entries) {
      const problem = check(value[key]);
      if (problem !== null) return `${key}: ${problem}`;
    }
    return null;
  };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
