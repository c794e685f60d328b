package dev.epoch.gateway.stream;

import dev.epoch.engine.state.BranchState;
import dev.epoch.engine.state.CommitState;
import dev.epoch.engine.state.RepositoryState;
import dev.epoch.engine.state.TagState;
import dev.epoch.events.Rejection.Code;
import dev.epoch.model.ref.InvalidNameException;
import dev.epoch.model.ref.Revision;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What users' names for commits stand for in one state of a repository. */
public final class References {
  private static final int SHOWN_CANDIDATES = 5;

  private final RepositoryState state;
  private final BranchState current;

  /**
   * @param current the branch that HEAD is on
   */
  public References(RepositoryState state, BranchState current) {
    this.state = state;
    this.current = current;
  }

  /** The branch of this name; fails as the API says it. */
  public static BranchState branch(RepositoryState state, String name) {
    return state
        .branch(name)
        .orElseThrow(() ->
            new RefusedException(
                Code.BRANCH_NOT_FOUND, "Branch '" + name + "' not found", Map.of("branch", name)));
  }

  /** The branch of this name, or the current one for null and HEAD. */
  public BranchState branch(String name) {
    return name == null || name.equals("HEAD") ? current : branch(state, name);
  }

  /**
   * The commit that a branch name, tag, commit id or unique prefix, HEAD, {@code ref~n} or {@code
   * ref^n} stands for.
   */
  public CommitState commit(String text) {
    return state.commits().of(id(text)).orElseThrow();
  }

  /** As {@link #commit(String)}, its id alone. */
  public String id(String text) {
    if (text == null) {
      return current.head();
    }
    try {
      return id(Revision.parse(text), text);
    } catch (InvalidNameException e) {
      throw new RefusedException(Code.INVALID_NAME, e.getMessage(), Map.of("ref", text));
    }
  }

  private String id(Revision revision, String text) {
    return switch (revision) {
      case Revision.Head head -> current.head();
      case Revision.Symbol symbol -> symbol(symbol, text);
      case Revision.Ancestor ancestor -> {
        String commit = id(ancestor.of(), text);
        for (int i = 0; i < ancestor.count(); i++) {
          commit = parent(commit, 1, text);
        }
        yield commit;
      }
      case Revision.Parent parent ->
          parent.number() == 0
              ? id(parent.of(), text)
              : parent(id(parent.of(), text), parent.number(), text);
    };
  }

  private String parent(String commit, int number, String text) {
    List<String> parents = state.commits().parents(commit);
    if (number > parents.size()) {
      throw notFound(text);
    }
    return parents.get(number - 1);
  }

  private String symbol(Revision.Symbol symbol, String text) {
    Optional<BranchState> branch = symbol.asName().flatMap(name -> state.branch(name.value()));
    if (branch.isPresent()) {
      return branch.get().head();
    }
    Optional<TagState> tag = symbol.asName().flatMap(name -> state.tags().named(name.value()));
    if (tag.isPresent()) {
      return tag.get().commit();
    }
    Optional<String> prefix = symbol.asCommitPrefix();
    if (prefix.isEmpty()) {
      throw notFound(text);
    }
    List<String> candidates = state.commits().startingWith(prefix.get(), SHOWN_CANDIDATES);
    if (candidates.isEmpty()) {
      throw notFound(text);
    }
    if (candidates.size() > 1) {
      throw new RefusedException(
          Code.VALIDATION,
          "Commit prefix '" + text + "' is ambiguous",
          Map.of("ref", text, "candidates", candidates));
    }
    return candidates.getFirst();
  }

  /** The newest commit of the branch's first-parent line that was made at or before this time. */
  public CommitState at(BranchState branch, Instant time) {
    String commit = branch.head();
    while (state.commits().time(commit).isAfter(time)) {
      commit = state.commits().firstParent(commit);
      if (commit == null) {
        throw new RefusedException(
            Code.COMMIT_NOT_FOUND,
            "Branch '" + branch.name() + "' has no commit at " + time,
            Map.of("branch", branch.name(), "time", time.toString()));
      }
    }
    return state.commits().of(commit).orElseThrow();
  }

  private RefusedException notFound(String text) {
    Set<String> names = state.branches().idByName().keySet();
    return names.isEmpty() || text.matches("[0-9a-fA-F]{4,64}([~^].*)?")
        ? new RefusedException(
            Code.COMMIT_NOT_FOUND, "Commit '" + text + "' not found", Map.of("ref", text))
        : new RefusedException(
            Code.BRANCH_NOT_FOUND,
            "No branch, tag or commit is called '" + text + "'",
            Map.of("ref", text));
  }
}
