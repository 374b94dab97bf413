/** Files of the repository, as far as a target needs them. Paths are relative to its root. */
export interface RepositoryFiles {
  /** As the commit has it, from the workspace where that is this commit's; `undefined` = there is none. */
  at(commit: string, path: string): Promise<string | undefined>;
  /**
   * Every file below a folder (empty = the whole repository) as the commit has it, by path relative to that folder;
   * only those that `wanted` takes are read.
   */
  folderAt(
    commit: string,
    path: string,
    wanted?: (path: string) => boolean,
  ): Promise<ReadonlyMap<string, string>>;
  /** As the base branch has it: text that no pull request can have changed. */
  trusted(path: string): Promise<string | undefined>;
  /** Every file below a folder, by path relative to that folder, as trusted as `trusted`. */
  trustedFolder(path: string): Promise<ReadonlyMap<string, string>>;
}
