package dev.epoch.promoter;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/**
 * Work on environments: those that commits come to first, then those that take from them. Within a
 * wave it is done at once, so that many environments do not wait for each other.
 */
final class Waves {
  private static final int AT_ONCE = 16;

  private Waves() {}

  /**
   * @return what the work gave, in the order of the environments
   */
  static <T> List<T> run(List<Environment> environments, Function<Environment, T> work) {
    TreeMap<Integer, List<Environment>> waves = new TreeMap<>();
    for (Environment environment : environments) {
      waves
          .computeIfAbsent(depth(environment, environments), _ -> new ArrayList<>())
          .add(environment);
    }
    Semaphore free = new Semaphore(AT_ONCE);
    List<CompletableFuture<T>> all = new ArrayList<>();
    environments.forEach(_ -> all.add(new CompletableFuture<>()));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (List<Environment> wave : waves.values()) {
        List<CompletableFuture<T>> ofWave = new ArrayList<>();
        for (Environment environment : wave) {
          CompletableFuture<T> result = all.get(environments.indexOf(environment));
          ofWave.add(result);
          threads.execute(() -> {
            free.acquireUninterruptibly();
            try {
              result.complete(work.apply(environment));
            } catch (RuntimeException failure) {
              result.completeExceptionally(failure);
            } finally {
              free.release();
            }
          });
        }
        CompletableFuture.allOf(ofWave.toArray(CompletableFuture[]::new)).join();
      }
    } catch (CompletionException failure) {
      throw failure.getCause() instanceof RuntimeException cause ? cause : failure;
    }
    return all.stream().map(CompletableFuture::join).toList();
  }

  /** How many environments a commit passes before this one; circles are cut. */
  private static int depth(Environment environment, List<Environment> all) {
    Set<String> seen = new HashSet<>(Set.of(environment.name()));
    Environment at = environment;
    for (int depth = 0; ; depth++) {
      String source = at.source();
      Optional<Environment> before =
          all.stream().filter(one -> one.branch().equals(source)).findFirst();
      if (before.isEmpty() || !seen.add(before.get().name())) {
        return depth;
      }
      at = before.get();
    }
  }
}
