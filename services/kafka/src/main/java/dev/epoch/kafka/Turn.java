package dev.epoch.kafka;

/** Which of several servers with the same log publishes it. Kafka fences whoever is mistaken. */
public interface Turn {
  /** Takes it if nobody has it; whether this process has it then. Fails if that cannot be known. */
  boolean take();

  /** Whether this process has it. */
  boolean held();

  /** Lets others take it. */
  void release();
}
