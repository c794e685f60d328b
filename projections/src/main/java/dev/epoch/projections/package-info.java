/** Read models built from the event log, one subpackage per read model. */
package dev.epoch.projections;
