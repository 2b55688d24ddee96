package io.caravana.sla;

import de.focus_shift.jollyday.core.Holiday;
import de.focus_shift.jollyday.core.HolidayManager;
import de.focus_shift.jollyday.core.HolidayType;
import de.focus_shift.jollyday.core.ManagerParameters;
import java.time.LocalDate;
import java.time.Year;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The public holidays of a place, as Jollyday knows them: each day once, and without those that no law makes holidays. */
final class Holidays implements Predicate<LocalDate> {

    /**
     * Jollyday's keys of days that are no holidays by the laws of the country: in Brazil, offices close on them by decree, or by the law of a
     * town or state ({@code findings/jollyday-brazil.sh}).
     */
    private static final Map<String, Set<String>> NOT_BY_LAW = Map.of(
            "br",
            Set.of("christian.CARNIVAL", "christian.ASH_WEDNESDAY", "christian.EASTER", "christian.CORPUS_CHRISTI"));

    private final HolidayManager manager;
    private final Set<String> excluded;
    private final String[] region;
    private final Map<Integer, Set<LocalDate>> ofYear = new ConcurrentHashMap<>();

    private Holidays(String country, String... region) {
        this.manager = HolidayManager.getInstance(ManagerParameters.create(country));
        this.excluded = NOT_BY_LAW.getOrDefault(country, Set.of());
        this.region = region;
    }

    /**
     * The holidays of a place.
     *
     * @param place a country, or a part of one: {@code BR}, {@code BR-SP}, {@code DE-BY}
     * @throws IllegalArgumentException if they are not known; the message says which are
     */
    static Holidays of(String place) {
        var country = place.replaceFirst("-.*", "");
        var known = HolidayManager.getSupportedCalendarCodes();
        if (!known.contains(country)) {
            throw new IllegalArgumentException(
                    known.stream().sorted().collect(Collectors.joining(", ", "one of ", "")));
        }
        var code = country.toLowerCase(Locale.ROOT);
        if (country.equals(place)) {
            return new Holidays(code);
        }
        var region = place.substring(country.length() + 1).toLowerCase(Locale.ROOT);
        var found = new Holidays(code, region);
        var regions = found.manager.getCalendarHierarchy().getChildren().keySet();
        if (!regions.contains(region)) {
            throw new IllegalArgumentException(regions.stream()
                    .map(part -> country + "-" + part.toUpperCase(Locale.ROOT))
                    .sorted()
                    .collect(Collectors.joining(", ", country + " or one of ", "")));
        }
        return found;
    }

    @Override
    public boolean test(LocalDate day) {
        return ofYear.computeIfAbsent(day.getYear(), this::in).contains(day);
    }

    private Set<LocalDate> in(int year) {
        return manager.getHolidays(Year.of(year), region).stream()
                .filter(day -> day.getType() == HolidayType.PUBLIC_HOLIDAY)
                .filter(day -> !excluded.contains(day.getPropertiesKey()))
                .map(Holiday::getDate)
                .collect(Collectors.toSet());
    }
}
