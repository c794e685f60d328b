package dev.epoch.qa.clients;

import jakarta.persistence.CascadeType;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.MapKeyColumn;
import jakarta.persistence.OneToMany;
import jakarta.persistence.OrderColumn;
import jakarta.persistence.Version;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.hibernate.annotations.CreationTimestamp;

/** Entities of an application that uses Hibernate; it makes their tables itself. */
final class Ledger {

  static final List<Class<?>> ENTITIES =
      List.of(Party.class, Person.class, Company.class, Invoice.class, Line.class);

  private Ledger() {}

  /** Rows of a party are in two tables; its key comes of a sequence, in steps of 50. */
  @Entity(name = "Party")
  @Inheritance(strategy = InheritanceType.JOINED)
  abstract static class Party {
    @Id @GeneratedValue Long id;
    @Version int version;
    String name;
    Address address;

    /** May be null, so Hibernate gives the table of labels no primary key. */
    @ElementCollection Set<String> labels = new HashSet<>();

    @ElementCollection
    @MapKeyColumn(name = "contact_kind")
    Map<String, String> contacts = new HashMap<>();
  }

  @Embeddable
  static class Address {
    String street;
    String city;

    static Address of(String street, String city) {
      Address address = new Address();
      address.street = street;
      address.city = city;
      return address;
    }
  }

  @Entity(name = "Person")
  static class Person extends Party {
    Integer born;
  }

  @Entity(name = "Company")
  static class Company extends Party {
    String register;
  }

  enum State {
    OPEN,
    PAID
  }

  /** The database gives the key. */
  @Entity(name = "Invoice")
  static class Invoice {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    Long id;

    @Version int version;
    @ManyToOne Party customer;

    @Enumerated(EnumType.STRING)
    State state = State.OPEN;

    @CreationTimestamp Instant madeAt;

    @OneToMany(mappedBy = "invoice", cascade = CascadeType.ALL, orphanRemoval = true)
    @OrderColumn(name = "place")
    List<Line> lines = new ArrayList<>();

    Invoice with(String product, String price) {
      Line line = new Line();
      line.invoice = this;
      line.product = product;
      line.price = new BigDecimal(price);
      lines.add(line);
      return this;
    }

    static Invoice to(Party customer) {
      Invoice invoice = new Invoice();
      invoice.customer = customer;
      return invoice;
    }
  }

  @Entity(name = "Line")
  static class Line {
    @Id @GeneratedValue UUID id;
    @ManyToOne Invoice invoice;
    String product;
    BigDecimal price;
  }

  static Person person(String name, int born) {
    Person person = new Person();
    person.name = name;
    person.born = born;
    person.address = Address.of("Main Street", "Boston");
    person.labels.addAll(Set.of("regular", name.toLowerCase(java.util.Locale.ROOT)));
    person.contacts.put("mail", name + "@example.com");
    return person;
  }

  static Company company(String name, String register) {
    Company company = new Company();
    company.name = name;
    company.register = register;
    return company;
  }
}
