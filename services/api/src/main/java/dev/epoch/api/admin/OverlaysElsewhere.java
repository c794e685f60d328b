package dev.epoch.api.admin;

import dev.epoch.api.error.RequestRefusedException;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Has the owner of a repository build anew what databases hold of it. */
public interface OverlaysElsewhere {
  /**
   * Waits until that is done.
   *
   * @param header value of a header of the request, or null
   * @return empty if no other server is known to own it, or if the request came from one
   * @throws RequestRefusedException as the owner refused it, or if it cannot be reached
   */
  Optional<RebuildView.Rebuilt> rebuild(String repository, UnaryOperator<String> header);
}
