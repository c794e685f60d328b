package dev.epoch.webhooks.hook;

import dev.epoch.projections.NameInRepository;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import org.hibernate.annotations.DynamicUpdate;

/** A row of the table of hooks. */
@Entity
@DynamicUpdate
@Table(schema = "epoch", name = "hooks")
class StoredHook {
  @EmbeddedId private NameInRepository id;
  private Hook hook;
  private String sealedSecrets;

  protected StoredHook() {}

  StoredHook(Hook hook, String sealedSecrets) {
    this.id = new NameInRepository(hook.repository(), hook.name());
    this.hook = hook;
    this.sealedSecrets = sealedSecrets;
  }

  Hook hook() {
    return hook;
  }

  String sealedSecrets() {
    return sealedSecrets;
  }

  /** Name, event and who made it stay. */
  void change(Hook changed) {
    hook = changed;
  }
}
