import { Command } from 'commander';
import { mostLike } from '../system/spelling.ts';
import { UsageError } from './exit-codes.ts';
import { findTopic, plainTopic, topicNames } from './topics.ts';

/** `mapbench help`: of all, of a command, or of a topic. */
export function helpCommand(program: Command): Command {
  return new Command('help')
    .description(`show help of a command or a topic: ${topicNames.join(', ')}`)
    .argument('[topic]', 'a command or a topic')
    .action((name: string | undefined) => {
      const topic = findTopic(name);
      if (topic === undefined) commandNamed(program, name).outputHelp();
      else process.stdout.write(plainTopic(topic));
    });
}

function commandNamed(program: Command, name: string | undefined): Command {
  if (name === undefined) return program;
  const commands = program.createHelp().visibleCommands(program);
  const found = commands.find((command) => command.name() === name);
  if (found !== undefined) return found;
  const known = [...commands.map((command) => command.name()), ...topicNames];
  throw new UsageError(
    `there is no help of '${name}'; the nearest is ${mostLike(name, known)}; the topics are ${topicNames.join(', ')}`,
  );
}
