package dev.epoch.cli;

import java.io.PrintStream;

/**
 * Says what is not known when the process is ended, by ctrl-C for example, while the server works
 * on a command: a server does not stop because nobody waits any more.
 */
final class Interruption implements AutoCloseable {

  private final Thread hook;

  private Interruption(Thread hook) {
    this.hook = hook;
  }

  /** Watches over a session until it is closed. */
  static Interruption watch(Session session) {
    PrintStream err = session.environment().err();
    Thread hook =
        new Thread(() -> {
          if (session.commandUnderWay()) {
            err.println();
            err.println("interrupted: the server may go on with the command");
            err.println(
                "hint: 'epoch status', 'epoch log' and 'epoch table list' show what it did");
            err.flush();
          }
        });
    Runtime.getRuntime().addShutdownHook(hook);
    return new Interruption(hook);
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException endingAlready) {
      return;
    }
  }
}
