package dev.epoch.api.request;

import java.util.concurrent.atomic.AtomicBoolean;

/** A place of a request; it is given back once, however many tell of the end. */
final class TakenPlace {
  private final Shares places;
  private final String who;
  private final AtomicBoolean givenBack = new AtomicBoolean();

  TakenPlace(Shares places, String who) {
    this.places = places;
    this.who = who;
  }

  void giveBack() {
    if (givenBack.compareAndSet(false, true)) {
      places.giveBack(who);
    }
  }
}
