package dev.epoch.qa.trial;

import dev.epoch.qa.trial.Delivery.Command;
import dev.epoch.qa.trial.Delivery.Reply;
import java.util.ArrayList;
import java.util.List;

/** A client's tags: made, moved and deleted. */
final class TagWork {
  private static final int MOST = 4;

  private final Session session;
  private final List<String> names = new ArrayList<>();
  private int named;

  TagWork(Session session) {
    this.session = session;
  }

  void step(BranchModel branch) {
    int kind = session.random.nextInt(3);
    if (names.isEmpty() || kind == 0 && names.size() < MOST) {
      String name = "tag-%d-%d".formatted(session.client, ++named);
      tag(name, branch, false);
      names.add(name);
    } else if (kind == 1) {
      tag(any(), branch, true);
    } else {
      delete(any());
    }
  }

  private String any() {
    return names.get(session.random.nextInt(names.size()));
  }

  private void tag(String name, BranchModel branch, boolean force) {
    Reply reply =
        session.post(
            "/tags",
            session.key(),
            "{\"name\": \"%s\", \"target\": \"%s\", \"message\": \"m\", \"force\": %s}"
                .formatted(name, branch.name, force));
    session.expect(reply.status() == 201, name + " is made", reply);
    session.model.tags().put(name, branch.head);
    session.counts.add(force ? "tags moved" : "tags made");
  }

  private void delete(String name) {
    Reply reply =
        session.delivery.send(new Command("DELETE", "/tags/" + name, null, session.key()));
    session.expect(reply.status() == 204, name + " is deleted", reply);
    session.model.tags().remove(name);
    names.remove(name);
    session.counts.add("tags deleted");
  }
}
