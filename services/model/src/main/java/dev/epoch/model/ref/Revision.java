package dev.epoch.model.ref;

import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An expression that names a commit, a tree of what was written from left to right:
 *
 * <pre>
 *   HEAD~2^2   =   Parent( Ancestor( Head, 2 ), 2 )
 *
 *   revision  = base step*
 *   base      = "HEAD" | "@" | name of a branch or tag | commit id | prefix of one (4 digits or more)
 *   step      = "~" | "~n"    n times the first parent; ~0 is the commit itself
 *             | "^" | "^n"    the n-th parent, the first without n; ^0 is the commit itself
 * </pre>
 *
 * What a symbol stands for is for the repository to say: first a branch, then a tag, then a commit
 * id. See <a href="https://git-scm.com/docs/gitrevisions">gitrevisions</a>; {@code @{...}}, {@code
 * :/text} and {@code ref:path} are refused.
 */
public sealed interface Revision {
  int MAX_LENGTH = 512;

  /** The head of the branch that the request is about. */
  record Head() implements Revision {
    @Override
    public String toString() {
      return "HEAD";
    }
  }

  /**
   * A name or the beginning of a commit id.
   *
   * @param text as written
   */
  record Symbol(String text) implements Revision {
    private static final Pattern PREFIX = Pattern.compile("[0-9a-fA-F]{4,64}");

    public Symbol {
      if (!BranchName.isValid(text) && !PREFIX.matcher(text).matches()) {
        new BranchName(text);
      }
    }

    /** As the name of a branch or tag, if it can be one. */
    public Optional<BranchName> asName() {
      return BranchName.isValid(text) ? Optional.of(new BranchName(text)) : Optional.empty();
    }

    /** As a commit id or its beginning in lower case, if it can be one. */
    public Optional<String> asCommitPrefix() {
      return PREFIX.matcher(text).matches()
          ? Optional.of(text.toLowerCase(java.util.Locale.ROOT))
          : Optional.empty();
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /** {@code of~count}: {@code count} times the first parent. */
  record Ancestor(Revision of, int count) implements Revision {
    public Ancestor {
      Objects.requireNonNull(of, "of");
    }

    @Override
    public String toString() {
      return of + "~" + count;
    }
  }

  /** {@code of^number}: the parent of that number, from 1; 0 is the commit itself. */
  record Parent(Revision of, int number) implements Revision {
    public Parent {
      Objects.requireNonNull(of, "of");
    }

    @Override
    public String toString() {
      return of + "^" + number;
    }
  }

  /**
   * Parses an expression.
   *
   * @throws InvalidNameException if it is none
   */
  static Revision parse(String text) {
    return RevisionParser.parse(text);
  }
}
