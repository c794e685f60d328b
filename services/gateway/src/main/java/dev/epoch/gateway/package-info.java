/** The reactive shell around the engine: commands in, appended events and answers out. */
package dev.epoch.gateway;
