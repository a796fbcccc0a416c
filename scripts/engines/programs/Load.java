/** A method with a loop that is compiled, and what starting the virtual machine compiles. */
public class Load {
    public static void main(String[] words) {
        long sum = 0;
        for (int i = 0; i < 20_000_000; i++) sum += i * 31L ^ sum;
        System.out.println(sum);
    }
}
