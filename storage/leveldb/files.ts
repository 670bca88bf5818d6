/** The files of one LevelDB directory, as the checks before its opening read them. */
export interface Files {
  readonly directory: string;
  /** A file's bytes; none if it has gone meanwhile, as files of a database in use do. */
  read(name: string): Promise<Buffer>;
}
