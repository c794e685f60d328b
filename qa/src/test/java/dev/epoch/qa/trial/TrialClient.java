package dev.epoch.qa.trial;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/** A client: random steps, one after another, until it is told to stop or something is wrong. */
final class TrialClient {
  private final Session session;
  private final BranchWork branchWork;
  private final MainWork mainWork;
  private final CatalogWork catalogWork;
  private final VerbWork verbWork;
  private final SchemaWork schemaWork;
  private final ViewWork viewWork;
  private final Gate gate;
  private Thread thread;
  private volatile boolean stopped;
  private volatile Throwable failure;

  TrialClient(Session session, Gate gate, int clients) {
    this.session = session;
    this.gate = gate;
    this.branchWork = new BranchWork(session);
    this.verbWork = new VerbWork(session, branchWork);
    this.schemaWork = new SchemaWork(session, branchWork);
    this.viewWork = new ViewWork(session, branchWork);
    this.mainWork = new MainWork(session, clients);
    this.catalogWork = new CatalogWork(session);
  }

  void start() {
    thread = Thread.ofVirtual().name("client-" + session.client).start(this::run);
  }

  private void run() {
    Callable<Void> step =
        () -> {
          if (!stopped) {
            step();
          }
          return null;
        };
    try {
      while (!stopped) {
        gate.pass(step);
      }
    } catch (Throwable wrong) {
      failure =
          new AssertionError(
              wrong.getMessage() + "\nlast commands:\n" + session.delivery.history(), wrong);
    }
  }

  /** Its last commands and their answers. */
  String history() {
    return session.delivery.history();
  }

  private void step() throws Exception {
    int kind = session.random.nextInt(100);
    if (kind < 4) {
      session.delivery.sendOldAgain();
    } else if (kind < 9) {
      catalogWork.step();
    } else if (kind < (TrialWorld.ALL_CASES ? 46 : 60)) {
      branchWork.step();
    } else if (TrialWorld.ALL_CASES && kind < 52) {
      viewWork.step();
    } else if (TrialWorld.ALL_CASES && kind < 62) {
      schemaWork.step();
    } else if (TrialWorld.ALL_CASES && kind < 73) {
      verbWork.step();
    } else {
      mainWork.step(branchWork.any());
    }
    session.counts.add("steps");
  }

  /** The branches that nobody else works on. */
  List<BranchModel> branches() {
    return branchWork.branches();
  }

  /** Its branch of the catalog. */
  CatalogWork catalog() {
    return catalogWork;
  }

  /** What went wrong, or null. */
  Throwable failure() {
    return failure;
  }

  /** Lets it go, whatever it does. */
  void abandon() {
    stopped = true;
    session.delivery.giveUp();
  }

  /** No further step. */
  void stop() {
    stopped = true;
  }

  /** Where it is at this moment. */
  String where() {
    return thread == null
        ? "not started"
        : thread.getName()
            + "\n  "
            + Arrays.stream(thread.getStackTrace())
                .map(StackTraceElement::toString)
                .collect(Collectors.joining("\n  "));
  }

  void join() throws InterruptedException {
    thread.join();
  }
}
