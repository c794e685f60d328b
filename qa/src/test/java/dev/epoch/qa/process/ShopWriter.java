package dev.epoch.qa.process;

import java.io.UncheckedIOException;
import java.util.List;
import java.util.Random;

/** Commits customers to branches, one after the other, until it is stopped or the server goes. */
public final class ShopWriter implements Runnable {
  private final Shop shop;
  private final List<String> branches;
  private final Random random;
  private volatile boolean stopped;
  private volatile int commits;

  public ShopWriter(Shop shop, List<String> branches, Random random) {
    this.shop = shop;
    this.branches = branches;
    this.random = random;
  }

  /** Of which the answer came. */
  public int commits() {
    return commits;
  }

  public void stop() {
    stopped = true;
  }

  @Override
  public void run() {
    while (!stopped) {
      String branch = branches.get(random.nextInt(branches.size()));
      try {
        shop.post(
            "/tables/customers/records?branch=" + branch,
            "{\"upsert\": [{\"id\": %d, \"name\": \"n%d\"}]}"
                .formatted(random.nextInt(1000) + 10, random.nextInt()));
        commits +=
            shop.post(
                            "/commits",
                            "{\"branch\": \"%s\", \"message\": \"m%d\", \"all\": true}"
                                .formatted(branch, random.nextInt()))
                        .status()
                    == 201
                ? 1
                : 0;
      } catch (UncheckedIOException gone) {
        return;
      }
    }
  }
}
