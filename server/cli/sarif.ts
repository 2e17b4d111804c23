import { rules } from '../../core/rules/registry.ts';
import type { Report } from './format.ts';
import type { Location } from './location.ts';
import { version } from './version.ts';

/** SARIF 2.1.0: one run, one result per finding. Columns count UTF-16 units. */
export function toSarif({ reported, locate }: Report): object {
  const level = { error: 'error', warning: 'warning', information: 'note', hint: 'note' } as const;
  return {
    version: '2.1.0',
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    runs: [
      {
        columnKind: 'utf16CodeUnits',
        tool: {
          driver: {
            name: 'initscope',
            version,
            rules: rules.map((rule) => ({ id: rule.id, shortDescription: { text: rule.title } })),
          },
        },
        results: reported.map(({ finding }) => ({
          ruleId: finding.rule,
          level: level[finding.severity],
          message: { text: finding.message },
          locations: [physical(locate(finding.at))],
          relatedLocations: finding.related.map((related) => ({
            ...physical(locate(related.at)),
            message: { text: related.message },
          })),
        })),
      },
    ],
  };
}

function physical(at: Location): object {
  return {
    physicalLocation: {
      artifactLocation: { uri: at.path.split(/[\\/]/).map(encodeURIComponent).join('/') },
      region: {
        startLine: at.start.line,
        startColumn: at.start.column,
        endLine: at.end.line,
        endColumn: at.end.column,
      },
    },
    ...(at.cell === null ? {} : { properties: { cell: at.cell } }),
  };
}
