package dev.epoch.storage.branch;

import io.vertx.core.Future;
import io.vertx.core.net.NetSocket;
import java.util.Optional;

/**
 * Sessions of the database's own clients that stand on a branch. They may come through the server,
 * which passes on what both say to each other in the protocol of PostgreSQL.
 */
public interface BranchSessions {
  /**
   * Makes what clients that connect to the database itself see of branches anew, after all else.
   */
  void renewViews(String repository);

  /** What a session of a client is to begin with. */
  record Wish(String role, Optional<String> path) {}

  /** Name of the database, as clients of the database itself give it. */
  String database();

  /**
   * A connection to the database, encrypted as the settings of the storage demand, on which nothing
   * was said yet. It is made on the event loop of the caller, and delivers nothing before it is
   * resumed.
   */
  Future<NetSocket> connect();

  /**
   * What puts a session on the branch. Makes ready what such sessions find there.
   *
   * @param wish the role that logs in, and the search path that the client gives; without one, what
   *     the database has for the role
   */
  BranchLogin login(BranchHandle branch, Wish wish);

  /**
   * As {@link #login}, of a branch that stands for a commit: its sessions read only.
   *
   * @param commit a branch whose name is the commit's id
   */
  BranchLogin loginAtCommit(BranchHandle commit, Wish wish);
}
