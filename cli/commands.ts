import type { Command } from 'commander';
import { addAuditCommands } from './audit.ts';
import { addAccountCommands } from './commands/account.ts';
import { addCompletionCommands } from './commands/completion.ts';
import { addConfigureCommand } from './commands/configure.ts';
import { addConsoleCommand } from './commands/console.ts';
import { addCredentialsCommand } from './commands/credentials.ts';
import { addDecideCommands } from './commands/decide.ts';
import { addExecCommand } from './commands/exec.ts';
import { addHoldCommands } from './commands/holds.ts';
import { addListCommand } from './commands/list.ts';
import { addLoginCommand } from './commands/login.ts';
import { addLogoutCommand } from './commands/logout.ts';
import { addRequestCommand } from './commands/request.ts';
import { addRequestsCommands } from './commands/requests.ts';
import { addWhoamiCommand } from './commands/whoami.ts';
import { addDoctorCommand } from './doctor.ts';
import { addGuardCommand } from './guard.ts';
import { addIssuerCommands } from './issuer.ts';
import { addPolicyCommands } from './policy.ts';
import { addRoleCommands } from './role.ts';
import { addScpCommand } from './scp.ts';

/**
 * The table of commands, in the order in which `--help` and docs/cli.md show them. Each says its words, options and examples, and loads what it
 * needs when it runs.
 */
export const COMMANDS: readonly ((program: Command) => void)[] = [
  ...[addLoginCommand, addLogoutCommand, addWhoamiCommand],
  ...[addListCommand, addRequestCommand, addRequestsCommands, addDecideCommands],
  ...[addExecCommand, addConsoleCommand, addCredentialsCommand, addConfigureCommand],
  ...[addHoldCommands, addAccountCommands],
  ...[addAuditCommands, addPolicyCommands, addDoctorCommand, addRoleCommands, addIssuerCommands, addScpCommand],
  addGuardCommand,
  addCompletionCommands,
];
