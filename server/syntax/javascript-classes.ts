import type { Argument, FunctionNode, Range, Statement } from './ast.ts';
import { type ConcreteNode, inside } from './concrete.ts';
import { lowerFunction, parameterProperties } from './javascript-functions.ts';
import { propertyName } from './javascript-literals.ts';
import { defaultOf } from './javascript-patterns.ts';
import type { JavaScriptLowering } from './lowering.ts';
import { wordIn } from './words.ts';

/**
 * A class. Instance fields and TypeScript's parameter properties become assignments to `this` at the start of the
 * constructor (after `super(…)`), which is made where there is none; static fields are assignments in the class's body.
 */
export function lowerClass(node: ConcreteNode, js: JavaScriptLowering): Extract<Statement, { type: 'Class' }> {
  const name = node.children.find((child) => child.name === 'VariableDefinition');
  const extendsAt = node.children.findIndex((child) => child.name === 'extends');
  const base = extendsAt < 0 ? undefined : node.children[extendsAt + 1];
  const members = inside(node.children.find((child) => child.name === 'ClassBody') ?? { ...node, children: [] });
  const bases: Argument[] =
    base === undefined
      ? []
      : [{ name: null, value: js.expression(base), spread: null, start: base.start, end: base.end }];
  return {
    type: 'Class',
    name: name === undefined ? '' : wordIn(js.text, name.start, name.end),
    nameAt: name === undefined ? { start: node.start, end: node.start } : { start: name.start, end: name.end },
    bases,
    body: lowerMembers(members, bases.length > 0, js, node),
    decorators: [],
    start: node.start,
    end: node.end,
  };
}

function lowerMembers(
  members: readonly ConcreteNode[],
  isDerived: boolean,
  js: JavaScriptLowering,
  class_: Range,
): Statement[] {
  const body: Statement[] = [];
  const fields: Statement[] = [];
  let explicit: FunctionNode | null = null;
  for (const member of members) {
    if (member.name === 'MethodDeclaration') {
      if (!member.children.some((child) => child.name === 'Block')) continue;
      const written = lowerFunction(member, js);
      const method = written.name === null ? { ...written, name: computedName(member, js.text) } : written;
      if (method.name === null) continue;
      const range = { start: member.start, end: member.end };
      if (method.name === 'constructor') {
        explicit = method;
        const list = member.children.find((child) => child.name === 'ParamList');
        for (const name of list === undefined ? [] : parameterProperties(list))
          fields.push(propertyFromParameter(name, js));
      } else body.push({ ...range, type: 'Function', function: method });
    } else if (member.name === 'PropertyDeclaration') {
      const isStatic = member.children.some((child) => child.name === 'static');
      const field = lowerField(member, isStatic, js);
      if (field !== null) (isStatic ? body : fields).push(field);
    }
  }
  if (explicit === null && fields.length === 0) return body;
  const made = explicit ?? defaultConstructor(class_, isDerived);
  const method: FunctionNode = { ...made, body: withFields(made.body, fields) };
  return [{ type: 'Function', function: method, start: method.start, end: method.end }, ...body];
}

/** `[Symbol.iterator]() {…}`: what the brackets hold is not evaluated, and no plain name is written like it. */
function computedName({ children }: ConcreteNode, text: string): string | null {
  const open = children.find(({ name }) => name === '[');
  const close = children.find(({ name }) => name === ']');
  return open === undefined || close === undefined ? null : text.slice(open.start, close.end);
}

function lowerField(member: ConcreteNode, isStatic: boolean, js: JavaScriptLowering): Statement | null {
  const name = member.children.find((child) => /^(?:Private)?PropertyDefinition$/.test(child.name));
  const written = propertyName(name, js.text);
  const value = defaultOf(member.children, js);
  if (name === undefined || written === null || value === null) return null;
  const at = { start: name.start, end: name.end };
  return {
    type: 'Assign',
    targets: [
      isStatic
        ? { ...at, type: 'Name', name: written }
        : {
            ...at,
            type: 'Attribute',
            object: { ...at, type: 'Name', name: 'this' },
            name: written,
            nameAt: at,
            optional: false,
          },
    ],
    value,
    annotation: null,
    isConst: false,
    declares: true,
    start: member.start,
    end: member.end,
  };
}

function propertyFromParameter(name: ConcreteNode, js: JavaScriptLowering): Statement {
  const at = { start: name.start, end: name.end };
  const written = wordIn(js.text, name.start, name.end);
  return {
    ...at,
    type: 'Assign',
    targets: [
      {
        ...at,
        type: 'Attribute',
        object: { ...at, type: 'Name', name: 'this' },
        name: written,
        nameAt: at,
        optional: false,
      },
    ],
    value: { ...at, type: 'Name', name: written },
    annotation: null,
    isConst: false,
    declares: true,
  };
}

/** Fields are set after the call of `super`, or first where there is none. */
function withFields(body: readonly Statement[], fields: readonly Statement[]): Statement[] {
  const superAt = body.findIndex(
    (statement) =>
      statement.type === 'Expression' &&
      statement.value.type === 'Call' &&
      statement.value.callee.type === 'Name' &&
      statement.value.callee.name === 'super',
  );
  return [...body.slice(0, superAt + 1), ...fields, ...body.slice(superAt + 1)];
}

/** `constructor(...args) { super(...args) }`. */
function defaultConstructor(class_: Range, isDerived: boolean): FunctionNode {
  const at = { start: class_.start, end: class_.start };
  const args = { ...at, type: 'Name', name: 'args' } as const;
  const callee = { ...at, type: 'Name', name: 'super' } as const;
  return {
    ...at,
    name: 'constructor',
    nameAt: null,
    parameters: isDerived ? [{ ...at, target: args, annotation: null, default: null, kind: 'rest' }] : [],
    body: isDerived
      ? [
          {
            ...at,
            type: 'Expression',
            value: {
              ...at,
              type: 'Call',
              callee,
              arguments: [{ ...at, name: null, value: args, spread: 'positional' }],
              isNew: false,
            },
          },
        ]
      : [],
    decorators: [],
    isAsync: false,
    isArrow: false,
    isStatic: false,
    accessor: null,
  };
}
