import { Command, Option } from 'commander';
import { exportFormats } from '../results/export/formats.ts';
import { formats, oneOf } from './arguments.ts';

/** `mapbench export`: a saved document in another format. */
export function exportCommand(): Command {
  return new Command('export')
    .description('write a saved document or baseline in another format')
    .argument('<document>', 'a document, or the name of a baseline')
    .addOption(new Option('--format <name>', formats).argParser(oneOf(exportFormats)).makeOptionMandatory())
    .requiredOption(
      '-o, --output <file>',
      'the file to write; for criterion the folder, for github-summary the file to add to',
    )
    .action(async (document, { format, output }) => {
      const { exportDocument } = await import('./export-action.ts');
      exportDocument(document, { format, file: output });
    });
}
