/** Who asked for a change, from where, and what came of it. */
package io.caravana.audit;
