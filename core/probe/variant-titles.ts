import type { VariantName } from './request.ts';

/** The variants as the field names them. */
export const variantTitles: Readonly<Record<VariantName, string>> = {
  'as-written': 'as written',
  he: 'He',
  xavier: 'Xavier',
  lecun: 'LeCun',
  orthogonal: 'orthogonal',
  default: 'framework default',
  zeros: 'zeros',
  normal: 'N(0, σ)',
  lsuv: 'LSUV',
};
