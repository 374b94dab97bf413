import type { Commander } from '../command-permission.ts';
import type { PeopleReader } from './ports.ts';

/** Asks what somebody may do, and in which of these teams they are. Throws where GitHub does not say. */
export async function askPerson(
  people: PeopleReader,
  login: string,
  teams: readonly string[],
): Promise<Commander> {
  const permission = await people.permission(login);
  const memberships = await Promise.all(teams.map((team) => people.isMember(team, login)));
  return {
    login,
    person: { permission, teams: teams.filter((_, index) => memberships[index] === true) },
    doubtful: teams.filter((_, index) => memberships[index] === undefined),
  };
}
