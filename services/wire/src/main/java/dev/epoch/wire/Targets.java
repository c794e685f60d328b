package dev.epoch.wire;

import dev.epoch.storage.branch.BranchLogin;
import dev.epoch.storage.branch.BranchSessions;
import dev.epoch.wire.message.ErrorMessage;
import java.util.Optional;

/** What the names mean that clients give for databases. */
public interface Targets {

  /**
   * The database of a name, and how a session of it stands on the branch. Waits for databases.
   *
   * @throws LoginRefusedException if there is none
   */
  Target find(String name, BranchSessions.Wish wish);

  /**
   * A database, and what its sessions begin with.
   *
   * @param refusal what the client is to know when it has logged in, and not before: names are for
   *     those only who may see the database
   */
  record Target(BranchSessions sessions, BranchLogin login, Optional<ErrorMessage> refusal) {

    static Target refused(BranchSessions sessions, ErrorMessage refusal) {
      return new Target(sessions, BranchLogin.AS_GIVEN, Optional.of(refusal));
    }
  }
}
