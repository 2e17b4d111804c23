import type { BoundArguments, NativeContext } from '../../native.ts';
import { method, namespace, nativeClass } from '../../table.ts';
import { boolean, type InstanceValue, type NamespaceValue, none, tuple, unknown, type Value } from '../../values.ts';
import { objectClass } from '../types.ts';

/** Training scripts take a model's sizes from the command line: the defaults given there are what a plain run uses. */
const namespaceClass = nativeClass('argparse.Namespace', {
  bases: [objectClass],
  parameters: '**values',
  construct: (instance, given) => {
    for (const [name, item] of given.keywordRest) instance.attributes.set(name, item.value);
  },
  getAttribute: (_, name) => (name.startsWith('__') ? null : { type: 'dimension', name }),
});

const parserClass = nativeClass('argparse.ArgumentParser', {
  bases: [objectClass],
  methods: {
    add_argument: method('*flags, **options', addArgument),
    set_defaults: method('**defaults', (self, given) => {
      for (const [name, item] of given.keywordRest) self.attributes.set(name, item.value);
      return none;
    }),
    add_argument_group: method('*args, **kwargs', (self) => self),
    add_mutually_exclusive_group: method('*args, **kwargs', (self) => self),
    add_subparsers: method('*args, **kwargs', () => unknown('subparsers')),
    parse_args: method('*args', parse),
    parse_known_args: method('*args', (self, given, context) =>
      tuple([parse(self, given, context), unknown('other arguments')]),
    ),
  },
});

export const argparseModule: NamespaceValue = namespace('argparse', {
  ArgumentParser: parserClass,
  Namespace: namespaceClass,
});

function addArgument(self: InstanceValue, given: BoundArguments, context: NativeContext): Value {
  const flags = given.rest.flatMap((item) => (item.value.type === 'string' ? [item.value.value] : []));
  const long = flags.find((flag) => flag.startsWith('--')) ?? flags[0];
  const named = given.keywordRest.get('dest')?.value;
  const name = named?.type === 'string' ? named.value : long?.replace(/^-+/, '').replaceAll('-', '_');
  if (name !== undefined) self.attributes.set(name, defaultOf(name, flags[0] ?? '', given, context));
  return none;
}

function defaultOf(name: string, flag: string, given: BoundArguments, context: NativeContext): Value {
  const action = given.keywordRest.get('action')?.value;
  const written = given.keywordRest.get('default')?.value;
  if (written !== undefined) {
    // argparse converts a default that is given as text.
    const type = given.keywordRest.get('type')?.value;
    return written.type === 'string' && type?.type === 'class' ? context.call(type, [written]) : written;
  }
  if (action?.type === 'string' && action.value === 'store_true') return boolean(false);
  if (action?.type === 'string' && action.value === 'store_false') return boolean(true);
  const isRequired = !flag.startsWith('-') || given.keywordRest.has('required');
  return isRequired ? { type: 'dimension', name } : none;
}

function parse(self: InstanceValue, _: BoundArguments, context: NativeContext): Value {
  return context.instantiate(namespaceClass, [], self.attributes);
}
