import { validationFailed } from '../api-error.ts';
import { optionalText, optionalTexts, requiredText } from '../body.ts';
import { timestamp } from '../clock.ts';
import { pageOf } from '../pagination.ts';
import type { Answer, Context, Route } from '../route.ts';
import type { TeamState } from '../state.ts';
import { findTeam, newTeam, putTeam, removeTeam, slugOf, teamsOf, withMembers } from '../teams.ts';
import { fullTeamView, teamView } from '../views/team.ts';
import { demandOrganization, namedTeam } from './team-members.ts';

const teams = '/orgs/{org}/teams';
const permission = { members: 'write' } as const;

/** Teams of an organisation. None is in another, and none has repositories. */
export const teamRoutes: readonly Route[] = [
  { method: 'GET', path: teams, permission: { members: 'read' }, handle: list },
  { method: 'POST', path: teams, permission, handle: create },
  {
    method: 'GET',
    path: `${teams}/{slug}`,
    permission: { members: 'read' },
    handle: (context) => ({
      status: 200,
      body: fullTeamView(context.world, namedTeam(context)),
    }),
  },
  { method: 'PATCH', path: `${teams}/{slug}`, permission, handle: update },
  {
    method: 'DELETE',
    path: `${teams}/{slug}`,
    permission,
    handle: (context) => {
      removeTeam(context.world, namedTeam(context));
      return { status: 204 };
    },
  },
];

function list(context: Context): Answer {
  const { world, query } = context;
  const all = query.get('team_type') === 'enterprise' ? [] : teamsOf(world, orgOf(context));
  return pageOf(context, all, (team) => teamView(world, team));
}

/** Whoever makes a team maintains it; an app is in no team. */
function create(context: Context): Answer {
  const { world, token } = context;
  const org = orgOf(context);
  const name = requiredText(context, 'name');
  demandName(context, org, name);
  const settings = settingsOf(context);
  const creator = token.kind === 'installation' ? [] : [token.login];
  const maintainers = [...creator, ...(optionalTexts(context, 'maintainers') ?? [])];
  const members = withMembers(world, {}, maintainers, 'maintainer');
  const team = { ...newTeam(world, org, name), ...settings, members };
  putTeam(world, team);
  return { status: 201, body: fullTeamView(world, team) };
}

/** 201 when anything changed, as the published description has it. */
function update(context: Context): Answer {
  const { world } = context;
  const before = namedTeam(context);
  const name = optionalText(context, 'name') ?? before.name;
  const slug = name === before.name ? before.slug : slugOf(name);
  if (slug !== before.slug) demandName(context, before.org, name);
  const team = { ...before, ...settingsOf(context), name, slug };
  if (JSON.stringify(team) === JSON.stringify(before)) {
    return { status: 200, body: fullTeamView(world, before) };
  }
  const after = { ...team, updatedAt: timestamp(world.clock) };
  putTeam(world, after, before);
  return { status: 201, body: fullTeamView(world, after) };
}

/** The organisation as it is written, which the path may write otherwise. */
function orgOf(context: Context): string {
  return demandOrganization(context).login;
}

function demandName({ world }: Context, org: string, name: string): void {
  const wrong = { resource: 'Team', field: 'name' };
  if (slugOf(name) === '') throw validationFailed({ ...wrong, code: 'invalid' });
  if (!findTeam(world, org, slugOf(name))) return;
  const message = 'Name must be unique for this org';
  throw validationFailed({ resource: 'Team', code: 'unprocessable', field: 'data', message });
}

type Settings = Partial<
  Pick<TeamState, 'description' | 'privacy' | 'notifications' | 'permission'>
>;

function settingsOf(context: Context): Settings {
  refuseUnknown(context);
  const description = optionalText(context, 'description');
  const privacy = oneOf(context, 'privacy', ['secret', 'closed']);
  const modes = ['notifications_enabled', 'notifications_disabled'];
  const notifications = oneOf(context, 'notification_setting', modes);
  const given = oneOf(context, 'permission', ['pull', 'push', 'admin']);
  return {
    ...(description !== undefined && { description }),
    ...(privacy !== undefined && { privacy }),
    ...(notifications !== undefined && { notifications }),
    ...(given !== undefined && { permission: given }),
  };
}

/** Refused rather than left out: a test would take it for done. */
function refuseUnknown({ body }: Context): void {
  const unknown = ['parent_team_id', 'parent_team_slug', 'repo_names'].filter(
    (field) => body[field] !== undefined && body[field] !== null,
  );
  if (unknown.length === 0) return;
  const message = 'The stand-in has neither teams in teams nor repositories of teams';
  throw validationFailed(
    ...unknown.map((field) => ({ resource: 'Team', code: 'custom', field, message })),
  );
}

function oneOf(context: Context, field: string, words: readonly string[]): string | undefined {
  const word = optionalText(context, field);
  if (word === undefined || words.includes(word)) return word;
  throw validationFailed({ resource: 'Team', code: 'invalid', field });
}
