package dev.epoch.cli.configuration;

/** What is checked out. */
public sealed interface Head {

  /** What a ref that begins with {@code HEAD} begins with on the server. */
  String ref();

  /**
   * A branch: commands read it and write to it.
   *
   * @param name of the branch
   */
  record OnBranch(String name) implements Head {
    @Override
    public String ref() {
      return name;
    }
  }

  /**
   * A commit: commands read it, and write nothing.
   *
   * @param commit its whole id
   */
  record Detached(String commit) implements Head {
    @Override
    public String ref() {
      return commit;
    }
  }
}
