package dev.epoch.gateway.hook;

import dev.epoch.engine.Continuation;
import dev.epoch.events.Rejection;
import dev.epoch.gateway.stream.Caller;
import dev.epoch.gateway.stream.LiveRepository;
import dev.epoch.gateway.stream.RefusedException;

/** Where commands ask hooks: within their turn on the branch, before anything is prepared. */
public final class HookGate {
  private volatile ChangeHooks hooks = ChangeHooks.NONE;

  /** Who is asked from now on. */
  public void use(ChangeHooks given) {
    hooks = given;
  }

  /**
   * Returns if nobody forbids the change. A refusal is recorded first: who asks again with the same
   * key is answered the same, and nobody is asked again.
   *
   * @param kind wire name of the command
   */
  public void pass(LiveRepository repository, PlannedChange change, String kind, Caller caller) {
    if (!hooks.wants(change)) {
      return;
    }
    Rejection refusal = hooks.ask(change).orElse(null);
    if (refusal != null) {
      repository.step(new Continuation.Refuse(refusal), caller, caller.key(kind)).orRefuseOnce();
      throw new RefusedException(refusal);
    }
  }
}
