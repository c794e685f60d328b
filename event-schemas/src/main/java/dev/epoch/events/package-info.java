/** The records of the event log: their schemas, Java records and upcasters. */
package dev.epoch.events;
