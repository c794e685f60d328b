package dev.epoch.server;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

/** Starts the server and returns when it has been asked to stop. */
@QuarkusMain
public class EpochServer {

  public static void main(String[] arguments) {
    Quarkus.run(arguments);
  }
}
