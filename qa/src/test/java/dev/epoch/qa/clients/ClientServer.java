package dev.epoch.qa.clients;

import dev.epoch.qa.process.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests the one server that all of them share. It starts with the first of them and ends with
 * the last.
 */
final class ClientServer implements ParameterResolver {

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == ServerProcess.class;
  }

  @Override
  public ServerProcess resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(ExtensionContext.Namespace.create(ClientServer.class))
        .computeIfAbsent("server", _ -> Running.start(), Running.class)
        .server();
  }

  private record Running(Path home, ServerProcess server) implements AutoCloseable {

    static Running start() {
      try {
        Path home = Files.createTempDirectory("epoch-clients");
        return new Running(home, ServerProcess.started(home.resolve("data")));
      } catch (Exception failure) {
        throw new AssertionError("The server did not start", failure);
      }
    }

    @Override
    public void close() throws Exception {
      server.close();
      try (Stream<Path> files = Files.walk(home)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      } catch (IOException stillWritten) {
        System.err.println("Left behind: " + home + " (" + stillWritten + ")");
      }
    }
  }
}
