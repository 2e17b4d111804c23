import type { Op } from '../../../core/graph/op.ts';
import type { ParameterRole } from '../../../core/graph/parameter.ts';
import type { NativeContext } from '../../interpreter/native.ts';
import type { TensorValue } from '../../interpreter/values.ts';

/** What a free parameter (`nn.Parameter(torch.empty(n, m))`) is, by its first use in the forward pass. */
export function giveRoles(
  op: Op,
  inputs: readonly TensorValue[],
  parameters: Readonly<Record<string, TensorValue>>,
  context: NativeContext,
): void {
  for (const [as, tensor] of Object.entries(parameters)) give(tensor, roleIn(op, as), context);
  for (const input of inputs) {
    if (!input.isParameter || input.layer !== null) continue;
    if (op.kind === 'matmul') give(input, 'weight', context);
    // A vector that is added; what is added with more axes is a position or a token.
    if (op.kind === 'add' && input.shape?.length === 1) give(input, 'bias', context);
  }
}

function give({ storage }: TensorValue, role: ParameterRole | null, context: NativeContext): void {
  if (role === null || storage === null || storage.role !== 'other') return;
  context.touch(storage);
  storage.role = role;
}

function roleIn({ kind }: Op, as: string): ParameterRole | null {
  const isNorm = kind.endsWith('Norm');
  if (as === 'gain') return 'normGain';
  if (as === 'bias') return isNorm ? 'normBias' : 'bias';
  if (as === 'scale' || as === 'weightGain' || kind === 'activation') return 'scale';
  if (as === 'weight' && kind === 'embedding') return 'embedding';
  return as === 'weight' && (kind === 'dense' || kind === 'conv') ? 'weight' : null;
}
